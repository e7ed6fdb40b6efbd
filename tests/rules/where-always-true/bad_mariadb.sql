-- engine: mariadb
DELETE FROM orders WHERE id = 7 || 1;
