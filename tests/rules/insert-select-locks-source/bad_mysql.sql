-- engine: mysql
INSERT INTO archive (id, total) SELECT id, total FROM orders WHERE placed_at < '2026-01-01';
