-- engine: mysql
DROP TABLE orders_deprecated;
