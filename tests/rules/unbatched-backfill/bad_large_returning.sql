-- before: CREATE TABLE orders (id bigint PRIMARY KEY, note text, total bigint);
-- size: orders 3000000 900000000
UPDATE orders SET total = 0 WHERE total IS NULL RETURNING id;
