-- engine: sqlite
DROP TABLE orders;
