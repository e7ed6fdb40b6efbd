-- engine: mysql
-- before: CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(20));
-- size: orders 40000000 8000000000
ALTER TABLE orders ADD INDEX orders_note (note);
