-- engine: mysql
CREATE TABLE items (id bigint unsigned PRIMARY KEY, order_id bigint unsigned);
ALTER TABLE items ADD CONSTRAINT items_order FOREIGN KEY (order_id) REFERENCES orders (id);
