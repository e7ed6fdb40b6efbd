-- engine: mysql
CREATE TABLE tags (id int PRIMARY KEY, name varchar(50), n int unsigned);
ALTER TABLE tags MODIFY name varchar(20);
