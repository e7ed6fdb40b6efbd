-- engine: sqlite
-- in_transaction: no
-- before: CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER);
-- size: orders 90000000 unknown
CREATE INDEX orders_customer ON orders (customer_id);
