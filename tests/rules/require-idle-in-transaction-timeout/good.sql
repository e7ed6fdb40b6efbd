-- in_transaction: no
-- runner: file
SET lock_timeout = '2s';
SET idle_in_transaction_session_timeout = '30s';
BEGIN;
ALTER TABLE orders ADD COLUMN note text;
COMMIT;
