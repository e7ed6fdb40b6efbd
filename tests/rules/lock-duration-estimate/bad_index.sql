-- in_transaction: no
-- before: CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric);
-- size: orders 40000000 8000000000
CREATE INDEX orders_customer ON orders (customer_id);
