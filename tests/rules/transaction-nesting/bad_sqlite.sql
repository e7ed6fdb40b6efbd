-- engine: sqlite
-- runner: file
-- in_transaction: no
BEGIN;
BEGIN;
COMMIT;
