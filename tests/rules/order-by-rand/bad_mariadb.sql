-- engine: mariadb
SELECT id FROM orders WHERE state = 'open' ORDER BY rand() LIMIT 5;
