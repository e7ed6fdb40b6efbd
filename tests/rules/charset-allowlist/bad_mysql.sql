-- engine: mysql
CREATE TABLE tags (id bigint unsigned PRIMARY KEY, name varchar(50)) DEFAULT CHARSET = utf8;
