-- before: CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric);
-- size: orders 4000 800000
ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total > 0);
