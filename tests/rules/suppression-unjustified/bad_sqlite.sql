-- engine: sqlite
-- dbw:allow drop-table
DROP TABLE orders_old;
