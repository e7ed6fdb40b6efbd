ALTER TABLE orders ADD COLUMN note text;
INSERT INTO archive (id, total) SELECT id, total FROM orders WHERE id < 100;
