-- engine: sqlite
-- server: 3.34
CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT);
