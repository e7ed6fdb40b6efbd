-- engine: mysql
CREATE TABLE tags (id bigint unsigned PRIMARY KEY, name varchar(50), code varchar(8) CHARACTER SET ascii) DEFAULT CHARACTER SET utf8mb4;
