-- engine: mysql
CREATE TABLE tags (id bigint unsigned PRIMARY KEY) /*!50100 PARTITION BY HASH (id) */;
