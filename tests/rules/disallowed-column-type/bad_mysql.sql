-- engine: mysql
ALTER TABLE orders ADD COLUMN made year;
