-- engine: mysql
SELECT id FROM orders WHERE id = 7 FOR UPDATE;
