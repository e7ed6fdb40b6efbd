-- engine: mysql
CREATE TABLE orders (id int PRIMARY KEY, total int, CONSTRAINT ck_orders_total CHECK (total > 0));
