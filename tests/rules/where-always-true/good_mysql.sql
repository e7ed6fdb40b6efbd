-- engine: mysql
DELETE FROM orders WHERE id = 7 LIMIT 1;
