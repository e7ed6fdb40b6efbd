-- engine: mariadb
UPDATE orders SET id = 8 WHERE id = 7;
