-- engine: mysql
CREATE TABLE tags (id integer PRIMARY KEY, name varchar(50), UNIQUE (id));
