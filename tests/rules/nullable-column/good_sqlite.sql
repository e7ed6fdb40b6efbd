-- engine: sqlite
CREATE TABLE pairs (a integer, b integer, PRIMARY KEY (a, b));
