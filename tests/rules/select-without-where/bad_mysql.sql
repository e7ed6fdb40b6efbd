-- engine: mysql
SELECT id, total FROM orders;
