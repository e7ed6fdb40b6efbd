-- engine: mysql
-- runner: file
-- in_transaction: no
BEGIN;
BEGIN;
