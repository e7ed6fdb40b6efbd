-- engine: mysql
CREATE TABLE orders (id int PRIMARY KEY, code int, CONSTRAINT uk_orders_code UNIQUE (code));
