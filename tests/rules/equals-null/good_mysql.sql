-- engine: mysql
INSERT INTO orders (id, note) VALUES (7, NULL) ON DUPLICATE KEY UPDATE note = NULL;
SELECT id FROM orders WHERE paid_at <=> NULL LIMIT 10;
