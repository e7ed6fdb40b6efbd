-- engine: mariadb
-- runner: file
-- in_transaction: no
BEGIN;
BEGIN;
