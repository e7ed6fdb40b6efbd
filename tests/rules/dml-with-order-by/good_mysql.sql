-- engine: mysql
DELETE FROM events WHERE day < 20260101 ORDER BY id LIMIT 100;
DELETE FROM events WHERE id IN (SELECT id FROM old ORDER BY id);
