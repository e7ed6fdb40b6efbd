-- engine: mysql
UPDATE users SET seen_at = NOW() WHERE id = 7;
SELECT UUID();
