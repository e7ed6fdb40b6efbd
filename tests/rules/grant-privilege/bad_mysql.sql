-- engine: mysql
SET PASSWORD FOR 'me'@'%' = 'x';
