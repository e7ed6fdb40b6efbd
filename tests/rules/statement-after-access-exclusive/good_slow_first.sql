SELECT count(*) FROM orders;
ALTER TABLE orders ADD COLUMN note text;
