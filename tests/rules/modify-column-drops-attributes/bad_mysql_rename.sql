-- engine: mysql
CREATE TABLE orders (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, name varchar(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL);
ALTER TABLE orders CHANGE name title varchar(30) NOT NULL, MODIFY id bigint unsigned;
