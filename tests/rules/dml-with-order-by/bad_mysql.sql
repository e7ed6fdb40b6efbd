-- engine: mysql
DELETE FROM events WHERE day < 20260101 ORDER BY id;
