UPDATE orders SET paid_at = NULL, note = 'x' WHERE id IN (SELECT id FROM refunds WHERE paid_at IS NULL);
INSERT INTO orders (id, note) VALUES (7, NULL) ON CONFLICT (id) DO UPDATE SET note = NULL;
