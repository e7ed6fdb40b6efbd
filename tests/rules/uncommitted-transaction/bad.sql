-- runner: file
-- in_transaction: no
BEGIN;
UPDATE orders SET status = 'new' WHERE id = 7;
