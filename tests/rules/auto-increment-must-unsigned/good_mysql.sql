-- engine: mysql
CREATE TABLE tags (id int unsigned PRIMARY KEY AUTO_INCREMENT);
CREATE TABLE notes (id bigint PRIMARY KEY AUTO_INCREMENT);
