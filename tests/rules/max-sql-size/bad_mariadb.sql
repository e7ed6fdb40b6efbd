-- engine: mariadb
-- bytes_max: 20
SELECT 1 + 1 + 1 + 1 + 1 + 1;
