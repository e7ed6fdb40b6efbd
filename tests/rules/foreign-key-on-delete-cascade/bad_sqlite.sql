-- engine: sqlite
CREATE TABLE items (id integer PRIMARY KEY, order_id integer, FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE);
