SELECT id, total FROM orders WHERE id = 7;
SELECT id FROM orders ORDER BY id LIMIT 100;
SELECT 1;
INSERT INTO archive (id) SELECT id FROM orders;
