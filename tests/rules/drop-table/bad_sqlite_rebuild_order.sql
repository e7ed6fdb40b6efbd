-- engine: sqlite
CREATE TABLE orders_new (id integer PRIMARY KEY, total integer NOT NULL, note text) STRICT;
DROP TABLE orders;
INSERT INTO orders_new SELECT * FROM orders;
ALTER TABLE orders_new RENAME TO orders;
