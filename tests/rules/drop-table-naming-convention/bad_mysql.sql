-- engine: mysql
DROP TABLE orders;
