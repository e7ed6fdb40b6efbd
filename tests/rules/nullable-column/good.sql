CREATE TABLE tags (id bigint PRIMARY KEY, name text NOT NULL);
ALTER TABLE orders ADD COLUMN note text NOT NULL DEFAULT '';
