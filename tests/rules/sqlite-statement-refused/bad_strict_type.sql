-- engine: sqlite
CREATE TABLE t (id INTEGER PRIMARY KEY, payload JSON) STRICT;
