CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id), a int, b int, UNIQUE (b, a, id), FOREIGN KEY (a, b) REFERENCES pairs (a, b));
CREATE INDEX orders_customer ON orders (customer_id, id);
ALTER TABLE items ADD CONSTRAINT items_order FOREIGN KEY (order_id) REFERENCES orders (id) NOT VALID;
