-- engine: mariadb
DELETE HISTORY FROM orders;
