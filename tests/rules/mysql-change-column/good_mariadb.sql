-- engine: mariadb
CREATE TABLE tags (id bigint PRIMARY KEY, label text);
ALTER TABLE tags CHANGE label name text;
