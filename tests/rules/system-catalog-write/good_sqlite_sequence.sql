-- engine: sqlite
DELETE FROM sqlite_sequence WHERE name = 'orders';
UPDATE sqlite_sequence SET seq = 5 WHERE name = 'orders';
INSERT INTO sqlite_sequence (name, seq) VALUES ('items', 1000);
