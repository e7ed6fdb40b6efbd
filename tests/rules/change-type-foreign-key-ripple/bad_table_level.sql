CREATE TABLE notes (id bigint PRIMARY KEY, order_id int, CONSTRAINT k FOREIGN KEY (order_id) REFERENCES orders);
ALTER TABLE notes ALTER COLUMN order_id TYPE bigint;
