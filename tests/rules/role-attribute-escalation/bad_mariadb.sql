-- engine: mariadb
GRANT SELECT, FILE ON *.* TO 'ops'@'10.0.0.1';
