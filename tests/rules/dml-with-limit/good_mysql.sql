-- engine: mysql
DELETE FROM events WHERE day < '2026-01-01' ORDER BY id LIMIT 1000;
UPDATE events SET done = 1 WHERE id IN (SELECT id FROM (SELECT id FROM done_events ORDER BY id LIMIT 10) d);
