-- engine: mysql
ALTER TABLE orders ADD COLUMN `key` varchar(20), ALGORITHM=INSTANT;
