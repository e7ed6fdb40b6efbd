-- engine: mysql
GRANT SUPER ON *.* TO 'ops'@'10.0.0.1';
