-- before: CREATE TABLE orders (id bigint PRIMARY KEY, note text, total bigint);
-- size: orders 90000 9000000
DELETE FROM orders WHERE note = 'test';
