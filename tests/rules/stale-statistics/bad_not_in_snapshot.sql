-- before: CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric);
ALTER TABLE order_items ALTER COLUMN total SET NOT NULL;
