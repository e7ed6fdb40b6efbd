-- engine: sqlite
DELETE FROM orders;
