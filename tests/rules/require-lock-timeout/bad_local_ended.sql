-- runner: file
-- in_transaction: no
BEGIN;
SET LOCAL lock_timeout = '2s';
COMMIT;
ALTER TABLE orders ADD COLUMN note text;
