-- before: CREATE TABLE orders (id bigint PRIMARY KEY, note text, total bigint);
-- size: orders 3000000 900000000
DELETE FROM orders WHERE note = 'test';
