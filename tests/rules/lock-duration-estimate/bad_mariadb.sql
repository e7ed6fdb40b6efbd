-- engine: mariadb
-- server: 10.11
-- before: CREATE TABLE orders (id bigint PRIMARY KEY, note text);
-- size: orders 40000000 8000000000
ALTER TABLE orders ADD FULLTEXT INDEX orders_note (note);
