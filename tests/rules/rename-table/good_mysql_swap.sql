-- engine: mysql
CREATE TABLE orders_new (id bigint PRIMARY KEY);
RENAME TABLE orders TO orders_old, orders_new TO orders;
