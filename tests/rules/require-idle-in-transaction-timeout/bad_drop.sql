-- in_transaction: no
-- runner: file
BEGIN;
DROP TABLE app."Old";
COMMIT;
