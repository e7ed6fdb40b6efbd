CREATE TABLE tags (id bigint PRIMARY KEY, name text);
CREATE INDEX tags_name ON tags (name);
ALTER TABLE tags ADD CONSTRAINT tags_checked CHECK (name <> '');
ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE items ADD COLUMN note text;
