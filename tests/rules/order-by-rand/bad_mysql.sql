-- engine: mysql
SELECT id FROM orders WHERE state = 'open' ORDER BY RAND() LIMIT 5;
