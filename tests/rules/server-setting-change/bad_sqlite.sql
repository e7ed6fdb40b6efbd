-- engine: sqlite
PRAGMA journal_mode = DELETE;
