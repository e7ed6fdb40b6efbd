-- engine: mysql
DROP INDEX orders_idx ON orders;
