-- engine: sqlite
CREATE TABLE orders_new (id integer PRIMARY KEY, total integer NOT NULL, note text) STRICT;
INSERT INTO orders_new SELECT * FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO purchases;
