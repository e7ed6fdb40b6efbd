ALTER TABLE customers ADD COLUMN note text;
INSERT INTO archive (id, total) SELECT * FROM orders WHERE id < 100;
