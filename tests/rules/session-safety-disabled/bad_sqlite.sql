-- engine: sqlite
PRAGMA foreign_keys = OFF;
