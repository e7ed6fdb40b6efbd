-- engine: mariadb
UPDATE orders SET a = 1 WHERE id = 7;
ALTER TABLE orders ADD b INT;
