-- engine: sqlite
COMMIT;
