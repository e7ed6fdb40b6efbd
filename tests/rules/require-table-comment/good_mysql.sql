-- engine: mysql
CREATE TABLE tags (id bigint unsigned PRIMARY KEY) ENGINE = InnoDB COMMENT = 'labels of orders';
