-- engine: mariadb
UPDATE events SET done = 1 WHERE day < '2026-01-01' LIMIT 1000;
