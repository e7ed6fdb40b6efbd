-- engine: mariadb
DROP TABLE orders, items_retired;
