-- engine: mariadb
CREATE TABLE tags (id bigint unsigned PRIMARY KEY);
