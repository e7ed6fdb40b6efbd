-- before: CREATE TABLE orders (id bigint PRIMARY KEY); CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint REFERENCES orders ON DELETE RESTRICT);
DELETE FROM orders WHERE id < 1000;
