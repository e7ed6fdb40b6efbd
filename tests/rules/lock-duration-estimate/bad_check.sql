-- production: yes
-- before: CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric);
-- size: orders 40000000 8000000000
ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total > 0);
