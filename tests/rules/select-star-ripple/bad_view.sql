-- engine: mysql
CREATE VIEW open_orders AS SELECT o.* FROM orders o WHERE o.state = 1;
ALTER TABLE orders ADD COLUMN note text;
