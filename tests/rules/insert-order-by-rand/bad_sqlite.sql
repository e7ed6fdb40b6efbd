-- engine: sqlite
INSERT INTO sample (id) SELECT id FROM orders ORDER BY random() LIMIT 5;
