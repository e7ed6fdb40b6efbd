-- engine: mysql
CREATE TABLE orders (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, number int);
