-- engine: mysql
CREATE TABLE tags (id bigint unsigned PRIMARY KEY) ENGINE = MyISAM;
