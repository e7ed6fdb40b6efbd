-- engine: mariadb
-- dbw:allow drop-table
DROP TABLE orders_old;
