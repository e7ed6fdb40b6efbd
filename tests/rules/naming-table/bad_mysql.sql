-- engine: mysql
CREATE TABLE `order-items` (id bigint unsigned PRIMARY KEY);
