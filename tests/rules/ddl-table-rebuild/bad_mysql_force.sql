-- engine: mysql
ALTER TABLE orders FORCE;
