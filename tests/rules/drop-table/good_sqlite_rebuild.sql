-- engine: sqlite
-- before: CREATE TABLE orders (id integer PRIMARY KEY, total integer, note text);
CREATE TABLE orders_new (id integer PRIMARY KEY, total integer NOT NULL, note text) STRICT;
INSERT INTO orders_new (id, total, note) SELECT id, coalesce(total, 0), note FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
