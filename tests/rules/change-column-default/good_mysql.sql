-- engine: mysql
CREATE TABLE tags (id bigint PRIMARY KEY, name text);
ALTER TABLE tags ALTER COLUMN id SET DEFAULT 5;
