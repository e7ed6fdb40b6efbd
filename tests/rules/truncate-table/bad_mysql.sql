-- engine: mysql
TRUNCATE orders;
