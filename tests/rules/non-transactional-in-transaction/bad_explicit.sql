-- runner: file
-- in_transaction: no
BEGIN;
VACUUM orders;
COMMIT;
