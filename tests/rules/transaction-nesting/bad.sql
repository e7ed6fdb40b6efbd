-- runner: file
-- in_transaction: no
BEGIN;
BEGIN;
SELECT 1;
COMMIT;
