-- engine: mariadb
DROP VIEW IF EXISTS open_orders;
