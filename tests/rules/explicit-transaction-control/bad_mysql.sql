-- engine: mysql
START TRANSACTION;
DELETE FROM orders WHERE id = 7;
COMMIT;
