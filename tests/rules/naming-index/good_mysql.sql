-- engine: mysql
CREATE INDEX idx_orders_day ON orders (day);
ALTER TABLE orders ADD INDEX idx_orders_state (state), ADD INDEX (day);
