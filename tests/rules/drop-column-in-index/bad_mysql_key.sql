-- engine: mysql
CREATE TABLE tags (id int PRIMARY KEY, a int, b int, UNIQUE KEY (a, b));
ALTER TABLE tags DROP COLUMN b;
