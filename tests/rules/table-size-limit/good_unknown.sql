-- engine: mysql
ALTER TABLE orders ADD INDEX orders_note (note);
