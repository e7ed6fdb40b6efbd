-- engine: mariadb
CREATE TABLE orders (number bigint unsigned AUTO_INCREMENT PRIMARY KEY);
