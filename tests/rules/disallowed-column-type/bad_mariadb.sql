-- engine: mariadb
ALTER TABLE orders ADD COLUMN made year;
