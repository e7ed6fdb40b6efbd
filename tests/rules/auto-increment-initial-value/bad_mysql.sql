-- engine: mysql
CREATE TABLE tags (id bigint unsigned PRIMARY KEY AUTO_INCREMENT) AUTO_INCREMENT = 48211;
