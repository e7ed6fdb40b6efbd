-- engine: sqlite
INSERT INTO orders VALUES (1, 'new');
