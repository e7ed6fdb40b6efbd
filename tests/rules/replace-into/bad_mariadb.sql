-- engine: mariadb
REPLACE settings SET name = 'theme', value = 'dark';
