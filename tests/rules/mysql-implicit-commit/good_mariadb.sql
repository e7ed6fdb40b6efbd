-- engine: mariadb
BEGIN;
CREATE TEMPORARY TABLE wanted (id bigint PRIMARY KEY);
COMMIT;
