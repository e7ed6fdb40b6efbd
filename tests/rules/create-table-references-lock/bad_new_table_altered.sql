CREATE TABLE notes (id bigint PRIMARY KEY, order_id bigint);
ALTER TABLE notes ADD CONSTRAINT notes_order FOREIGN KEY (order_id) REFERENCES orders;
