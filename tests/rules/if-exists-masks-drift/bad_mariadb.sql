-- engine: mariadb
DROP TABLE tags;
DROP TABLE IF EXISTS tags;
