-- engine: sqlite
DROP VIEW open_orders;
