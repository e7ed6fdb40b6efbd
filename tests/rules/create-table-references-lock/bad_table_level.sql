CREATE TABLE app.notes (id bigint PRIMARY KEY, order_id bigint, FOREIGN KEY (order_id) REFERENCES app."Orders" (id));
