-- engine: mysql
SELECT LENGTH(note) FROM orders WHERE id = 7;
