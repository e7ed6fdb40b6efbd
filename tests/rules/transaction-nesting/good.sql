-- runner: file
-- in_transaction: no
BEGIN;
SELECT 1;
COMMIT;
