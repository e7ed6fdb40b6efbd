ALTER TABLE orders ADD COLUMN note text;
SELECT * FROM orders WHERE id = 1;
