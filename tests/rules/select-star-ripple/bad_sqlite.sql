-- engine: sqlite
ALTER TABLE orders ADD COLUMN note TEXT;
CREATE VIEW all_orders AS SELECT * FROM orders;
