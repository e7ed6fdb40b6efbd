-- engine: mysql
-- before: CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(20), state int);
DELETE FROM orders WHERE code = 12;
