-- engine: mariadb
SELECT id, total FROM orders;
