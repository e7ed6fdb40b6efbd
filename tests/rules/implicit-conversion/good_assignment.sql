-- engine: mysql
-- before: CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(20), state int);
UPDATE orders SET code = 12 WHERE id = 1;
