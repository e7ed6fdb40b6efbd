-- engine: mariadb
ALTER TABLE orders ADD COLUMN day date NOT NULL;
