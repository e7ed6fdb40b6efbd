-- runner: file
-- in_transaction: no
SELECT 1;
COMMIT;
