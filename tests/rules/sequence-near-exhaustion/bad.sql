-- before: CREATE TABLE orders (id serial PRIMARY KEY, total numeric);
-- size: orders 1700000000 99000000000
-- counter: orders id 1700000000 2147483647
INSERT INTO orders (total) SELECT total FROM old_orders WHERE year = 2026;
