-- engine: mariadb
DROP INDEX orders_idx ON orders;
