-- engine: mariadb
SET SESSION sql_mode = '';
