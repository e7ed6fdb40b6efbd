-- engine: mysql
-- before: CREATE TABLE pages (id bigint PRIMARY KEY, body text, FULLTEXT KEY pages_words (body));
ALTER TABLE pages ADD COLUMN author bigint;
