-- engine: mysql
-- server: 8.0.29
ALTER TABLE orders DROP COLUMN note;
ALTER TABLE orders ADD COLUMN remark text AFTER id;
