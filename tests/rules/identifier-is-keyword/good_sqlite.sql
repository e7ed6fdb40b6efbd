-- engine: sqlite
CREATE TABLE settings (id integer PRIMARY KEY, key text, value text);
