-- engine: sqlite
-- before: CREATE TABLE orders (id integer PRIMARY KEY, total integer, note text);
CREATE TABLE orders_new (id integer PRIMARY KEY, total integer NOT NULL, note text) STRICT;
INSERT OR IGNORE INTO orders_new SELECT * FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
