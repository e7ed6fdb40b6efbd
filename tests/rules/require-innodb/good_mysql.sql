-- engine: mysql
CREATE TABLE tags (id bigint unsigned PRIMARY KEY) ENGINE = InnoDB;
CREATE TEMPORARY TABLE wanted (id bigint PRIMARY KEY) ENGINE = MEMORY;
