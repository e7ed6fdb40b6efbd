-- engine: sqlite
CREATE TABLE orders (id integer PRIMARY KEY, a integer, b integer, FOREIGN KEY (a, b) REFERENCES pairs (a, b));
CREATE INDEX orders_a ON orders (a);
