-- production: yes
-- before: CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
-- size: orders 40000000 8000000000
ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
