-- engine: sqlite
DELETE FROM orders WHERE 1 = 1;
