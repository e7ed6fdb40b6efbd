-- engine: sqlite
CREATE TABLE currencies (id integer PRIMARY KEY, code char(3));
