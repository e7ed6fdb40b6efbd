-- engine: sqlite
CREATE TABLE items (id integer PRIMARY KEY, order_id integer REFERENCES orders (id));
