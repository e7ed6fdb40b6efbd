CREATE VIEW open_orders AS SELECT * FROM orders WHERE paid_at IS NULL;
