-- engine: mariadb
SELECT 'it\'s';
