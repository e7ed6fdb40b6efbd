-- engine: mariadb
CREATE TABLE `order-items` (id bigint unsigned PRIMARY KEY);
