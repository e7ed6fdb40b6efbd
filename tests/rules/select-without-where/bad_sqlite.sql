-- engine: sqlite
SELECT id, total FROM orders;
