-- before: CREATE TABLE orders (id bigserial PRIMARY KEY, total numeric);
-- counter: orders id 1700000000 9223372036854775807
INSERT INTO orders (total) SELECT total FROM old_orders WHERE year = 2026;
