-- engine: mysql
-- before: CREATE TABLE orders (id bigint PRIMARY KEY); CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint, FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE);
DELETE FROM orders WHERE id < 1000;
