-- engine: mariadb
DROP SCHEMA shop;
