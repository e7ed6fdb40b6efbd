-- engine: mariadb
DROP TABLE shop.orders;
