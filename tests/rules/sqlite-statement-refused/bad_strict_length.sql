-- engine: sqlite
CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT(20)) STRICT;
