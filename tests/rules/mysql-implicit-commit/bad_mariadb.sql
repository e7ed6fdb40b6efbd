-- engine: mariadb
BEGIN;
TRUNCATE TABLE staging;
ROLLBACK;
