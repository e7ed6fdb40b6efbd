-- engine: mariadb
ALTER TABLE orders RENAME TO orders_old;
DROP TABLE orders_old;
