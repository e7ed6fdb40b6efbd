-- engine: sqlite
INSERT INTO archive (id) SELECT id FROM events WHERE day < '2026-01-01' ORDER BY id LIMIT 1000;
