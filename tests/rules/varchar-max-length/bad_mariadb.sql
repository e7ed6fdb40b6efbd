-- engine: mariadb
ALTER TABLE orders ADD COLUMN note varchar(4000);
