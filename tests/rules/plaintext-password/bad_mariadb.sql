-- engine: mariadb
SET PASSWORD = PASSWORD('correct horse');
