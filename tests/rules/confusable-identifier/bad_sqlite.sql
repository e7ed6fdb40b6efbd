-- engine: sqlite
CREATE TABLE orders (id integer PRIMARY KEY, paıd integer);
