-- engine: sqlite
SELECT 1;
