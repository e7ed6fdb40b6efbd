-- engine: sqlite
INSERT INTO archive (id) SELECT id FROM events WHERE day < '2026-01-01' LIMIT 1000;
