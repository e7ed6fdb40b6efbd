-- engine: mysql
-- in_transaction: no
BEGIN;
UPDATE accounts SET total = total - 1 WHERE id = 1;
ALTER TABLE ledger ADD COLUMN a int;
COMMIT;
BEGIN;
UPDATE ledger SET a = 1 WHERE id = 1;
ALTER TABLE accounts ADD COLUMN a int;
COMMIT;
