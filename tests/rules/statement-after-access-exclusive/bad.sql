ALTER TABLE orders ADD COLUMN note text;
SELECT count(*) FROM orders;
