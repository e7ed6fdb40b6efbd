CREATE TABLE notes (id bigint PRIMARY KEY);
ALTER TABLE notes ADD COLUMN note text;
SELECT count(*) FROM orders;
