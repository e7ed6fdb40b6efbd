-- engine: mysql
GRANT SELECT ON *.* TO 'reader'@'10.0.0.1';
