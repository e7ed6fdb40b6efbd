-- engine: mariadb
ALTER TABLE orders ALTER COLUMN note SET DEFAULT 'x';
ALTER TABLE orders ADD COLUMN remark text;
