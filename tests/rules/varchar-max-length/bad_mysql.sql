-- engine: mysql
ALTER TABLE orders ADD COLUMN note varchar(4000);
