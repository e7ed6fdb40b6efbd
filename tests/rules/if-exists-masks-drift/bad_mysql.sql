-- engine: mysql
DROP TABLE tags;
DROP TABLE IF EXISTS tags;
