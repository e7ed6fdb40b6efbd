-- engine: sqlite
DROP TABLE orders_old;
