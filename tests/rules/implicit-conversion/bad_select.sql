-- engine: mysql
-- before: CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(20), state int);
SELECT id FROM orders WHERE state = 1 AND (`code` = 12 OR id = 4);
