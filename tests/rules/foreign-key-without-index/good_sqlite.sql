-- engine: sqlite
CREATE TABLE orders (id integer PRIMARY KEY REFERENCES customers (id));
