-- engine: sqlite
CREATE TABLE customers (id integer PRIMARY KEY) STRICT;
CREATE TABLE orders (id integer PRIMARY KEY, customer_id text REFERENCES customers (id)) STRICT;
