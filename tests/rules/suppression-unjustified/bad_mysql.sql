-- engine: mysql
-- dbw:allow drop-table
DROP TABLE orders_old;
