-- engine: sqlite
-- before: CREATE TABLE orders (id integer PRIMARY KEY, total integer, note text);
CREATE TABLE orders_new (id integer PRIMARY KEY, total integer) STRICT;
INSERT INTO orders_new (id, total) SELECT id, total FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
