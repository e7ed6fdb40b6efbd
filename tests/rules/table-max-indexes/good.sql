CREATE TABLE orders (id bigint PRIMARY KEY, a int);
CREATE INDEX orders_a ON orders (a);
