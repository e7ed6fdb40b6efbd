-- engine: mysql
-- runner: file
-- in_transaction: no
BEGIN;
DELETE FROM orders WHERE id = 7;
