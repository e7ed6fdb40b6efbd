-- engine: mariadb
DELETE FROM orders WHERE "state" = 'x' AND id = "1; DROP TABLE t; -- ";
SELECT 1 /*!50000 /* */ + 1 */;
