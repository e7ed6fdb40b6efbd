-- engine: mysql
CREATE TABLE tags (id int PRIMARY KEY AUTO_INCREMENT);
