-- engine: mysql
ALTER TABLE orders ADD INDEX orders_total (total), LOCK=NONE;
