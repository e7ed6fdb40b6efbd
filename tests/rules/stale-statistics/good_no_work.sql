-- before: CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric);
-- size: orders unknown unknown
ALTER TABLE orders ADD COLUMN note text;
