-- engine: mysql
CREATE TABLE tags (id int PRIMARY KEY, n int unsigned);
ALTER TABLE tags MODIFY n int;
