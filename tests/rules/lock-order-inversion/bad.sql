-- in_transaction: no
BEGIN;
ALTER TABLE orders ADD COLUMN a int;
ALTER TABLE items ADD COLUMN a int;
COMMIT;
BEGIN;
ALTER TABLE items ADD COLUMN b int;
ALTER TABLE orders ADD COLUMN b int;
COMMIT;
