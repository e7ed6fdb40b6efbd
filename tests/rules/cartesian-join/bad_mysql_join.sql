-- engine: mysql
SELECT o.id FROM orders o JOIN items i LIMIT 10;
