-- engine: mysql
CREATE INDEX orders_total ON orders (total) LOCK = SHARED;
