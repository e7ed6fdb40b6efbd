-- engine: sqlite
DELETE FROM orders WHERE date(made_at) = '2026-01-01';
