-- engine: mariadb
START TRANSACTION;
DELETE FROM orders WHERE id = 7;
COMMIT;
