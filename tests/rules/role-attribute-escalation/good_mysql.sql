-- engine: mysql
GRANT SELECT ON shop.file TO 'ops'@'10.0.0.1';
