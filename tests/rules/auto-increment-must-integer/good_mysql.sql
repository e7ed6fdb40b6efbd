-- engine: mysql
CREATE TABLE tags (id bigint unsigned PRIMARY KEY AUTO_INCREMENT);
CREATE TABLE notes (id serial PRIMARY KEY);
