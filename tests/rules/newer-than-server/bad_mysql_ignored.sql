-- engine: mysql
-- server: 8.0.15
CREATE TABLE items (id bigint PRIMARY KEY, price int, CHECK (price > 0));
