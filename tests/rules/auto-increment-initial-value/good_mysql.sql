-- engine: mysql
CREATE TABLE tags (id bigint unsigned PRIMARY KEY AUTO_INCREMENT) ENGINE = InnoDB;
ALTER TABLE orders AUTO_INCREMENT = 5000;
