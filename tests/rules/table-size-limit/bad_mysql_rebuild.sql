-- engine: mysql
-- before: CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(20));
-- size: orders 10000001 2000000000
ALTER TABLE orders MODIFY COLUMN note int;
