-- engine: mysql
INSERT INTO sample (id) SELECT id FROM orders ORDER BY RAND() LIMIT 5;
