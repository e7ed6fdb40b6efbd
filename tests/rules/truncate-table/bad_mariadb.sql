-- engine: mariadb
TRUNCATE orders;
