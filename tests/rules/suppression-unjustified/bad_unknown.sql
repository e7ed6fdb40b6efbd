-- dbw:allow drop-tables it is empty
DROP TABLE orders_old;
