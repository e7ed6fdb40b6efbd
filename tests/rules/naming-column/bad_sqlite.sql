-- engine: sqlite
CREATE TABLE orders (id integer PRIMARY KEY, placedAt text);
