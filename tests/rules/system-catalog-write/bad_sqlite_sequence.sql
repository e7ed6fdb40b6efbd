-- engine: sqlite
DROP TABLE sqlite_sequence;
