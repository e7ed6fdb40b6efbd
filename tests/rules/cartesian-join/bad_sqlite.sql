-- engine: sqlite
INSERT INTO pairs (a, b) SELECT o.id, i.id FROM orders o, items i;
