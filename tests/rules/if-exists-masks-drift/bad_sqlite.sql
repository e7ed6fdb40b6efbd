-- engine: sqlite
CREATE TABLE IF NOT EXISTS tags (id integer PRIMARY KEY, name text);
CREATE TABLE IF NOT EXISTS tags (id integer PRIMARY KEY, name text NOT NULL);
