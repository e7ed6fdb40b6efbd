-- engine: mysql
CREATE TABLE tags (id bigint PRIMARY KEY, size int);
ALTER TABLE tags ADD CHECK (size > 0);
