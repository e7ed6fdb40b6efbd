-- engine: mysql
DROP VIEW open_orders;
