CREATE TABLE notes (id bigint PRIMARY KEY, order_id bigint CONSTRAINT notes_order_fk REFERENCES orders);
ALTER TABLE notes DROP CONSTRAINT notes_order_fk;
