-- before: CREATE TABLE orders (id bigint PRIMARY KEY); CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint, CONSTRAINT items_order FOREIGN KEY (order_id) REFERENCES orders ON DELETE CASCADE);
ALTER TABLE items DROP CONSTRAINT items_order;
DELETE FROM orders WHERE id < 1000;
