-- engine: mysql
ALTER TABLE orders ADD COLUMN `unit-price` int;
