-- engine: mariadb
-- rollback: CREATE TABLE labels (id bigint unsigned PRIMARY KEY);
DROP TABLE tags;
