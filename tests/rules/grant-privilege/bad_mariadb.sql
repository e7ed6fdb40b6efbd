-- engine: mariadb
SET PASSWORD FOR 'me'@'%' = 'x';
