-- engine: mariadb
-- before: CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(20));
-- size: orders 10000000 2000000000
ALTER TABLE orders ADD INDEX orders_note (note);
