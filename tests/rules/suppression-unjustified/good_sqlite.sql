-- engine: sqlite
DROP TABLE orders_old; -- dbw:allow drop-table empty since May, see INC-4711
