-- engine: mariadb
SELECT id FROM orders WHERE total > 5;
