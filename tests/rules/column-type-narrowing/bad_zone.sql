CREATE TABLE tags (id bigint PRIMARY KEY, at timestamptz);
ALTER TABLE tags ALTER COLUMN at TYPE timestamp;
