-- engine: mysql
-- in_transaction: no
BEGIN;
UPDATE accounts SET total = total - 1 WHERE id = 1;
UPDATE ledger SET total = total + 1 WHERE id = 1;
COMMIT;
BEGIN;
DELETE FROM ledger WHERE id = 2;
DELETE FROM accounts WHERE id = 2;
COMMIT;
