-- engine: mysql
SELECT id FROM orders WHERE total > 5;
