-- engine: mysql
CREATE TABLE tags (id bigint PRIMARY KEY, name varchar(50) UNIQUE, KEY tags_name (name));
