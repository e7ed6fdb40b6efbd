-- engine: mariadb
-- before: CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(20), state int);
UPDATE orders o SET o.state = 2 WHERE 12 <= o.code;
