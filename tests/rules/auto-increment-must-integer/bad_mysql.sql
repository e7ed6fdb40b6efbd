-- engine: mysql
CREATE TABLE tags (id double PRIMARY KEY AUTO_INCREMENT);
