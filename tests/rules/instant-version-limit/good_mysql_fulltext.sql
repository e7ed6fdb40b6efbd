-- engine: mysql
-- before: CREATE TABLE pages (id bigint PRIMARY KEY, body text, FULLTEXT KEY pages_words (body)); CREATE TABLE notes (id bigint PRIMARY KEY, body text);
ALTER TABLE pages ADD COLUMN author bigint, ALGORITHM=INPLACE, LOCK=SHARED;
ALTER TABLE pages DROP INDEX pages_words;
ALTER TABLE pages ADD COLUMN editor bigint;
ALTER TABLE notes ADD COLUMN author bigint;
