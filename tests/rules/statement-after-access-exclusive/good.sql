-- in_transaction: no
BEGIN;
ALTER TABLE orders ADD COLUMN note text;
COMMIT;
SELECT count(*) FROM orders;
