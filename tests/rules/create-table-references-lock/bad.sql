CREATE TABLE notes (id bigint PRIMARY KEY, order_id bigint REFERENCES orders);
