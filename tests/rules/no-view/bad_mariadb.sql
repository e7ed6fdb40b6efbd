-- engine: mariadb
CREATE VIEW open_orders AS SELECT id FROM orders WHERE paid_at IS NULL;
