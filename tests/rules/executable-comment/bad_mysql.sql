-- engine: mysql
/*!50000 DROP TABLE orders */;
