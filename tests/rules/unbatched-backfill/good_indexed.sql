-- before: CREATE TABLE orders (id bigint PRIMARY KEY, note text, total bigint); CREATE INDEX orders_total ON orders (total);
-- size: orders 3000000 900000000
DELETE FROM orders WHERE total = 0;
UPDATE orders SET note = '' WHERE note IS NULL AND id BETWEEN 1 AND 10000;
