-- engine: mysql
DELETE FROM events WHERE day < '2026-01-01' LIMIT 1000;
