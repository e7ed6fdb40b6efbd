-- engine: mariadb
ALTER TABLE orders ADD COLUMN `key` varchar(20), ALGORITHM=INSTANT;
