-- dbw:allow drop-table empty since May, see INC-4711
DROP TABLE orders_old;
