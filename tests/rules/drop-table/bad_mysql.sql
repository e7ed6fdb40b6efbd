-- engine: mysql
DROP TABLE shop.orders;
