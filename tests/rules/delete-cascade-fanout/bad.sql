-- before: CREATE TABLE orders (id bigint PRIMARY KEY); CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint REFERENCES orders ON DELETE CASCADE); CREATE TABLE notes (id bigint PRIMARY KEY, item_id bigint REFERENCES items (id) ON DELETE CASCADE);
-- size: items 5000000 900000000
-- size: notes 100 16384
DELETE FROM orders WHERE id < 1000;
