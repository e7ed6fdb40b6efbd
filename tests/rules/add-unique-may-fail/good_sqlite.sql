-- engine: sqlite
CREATE TABLE tags (id integer PRIMARY KEY, name text);
CREATE UNIQUE INDEX tags_name ON tags (name);
CREATE INDEX users_email ON users (email);
