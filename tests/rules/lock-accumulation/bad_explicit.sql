-- in_transaction: no
ALTER TABLE a ADD COLUMN note text;
BEGIN;
ALTER TABLE orders ALTER COLUMN day SET NOT NULL;
UPDATE items SET price = 0;
COMMIT;
