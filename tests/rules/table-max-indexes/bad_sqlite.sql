-- engine: sqlite
CREATE TABLE orders (id integer PRIMARY KEY, a int UNIQUE, b int);
CREATE INDEX orders_0 ON orders (a, b);
CREATE INDEX orders_1 ON orders (a, b);
CREATE INDEX orders_2 ON orders (a, b);
CREATE INDEX orders_3 ON orders (a, b);
CREATE INDEX orders_4 ON orders (a, b);
CREATE INDEX orders_5 ON orders (a, b);
CREATE INDEX orders_6 ON orders (a, b);
CREATE INDEX orders_7 ON orders (a, b);
CREATE INDEX orders_8 ON orders (a, b);
