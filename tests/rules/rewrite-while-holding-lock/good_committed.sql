-- in_transaction: no
BEGIN;
ALTER TABLE authors ADD COLUMN note text;
COMMIT;
BEGIN;
ALTER TABLE prices ALTER COLUMN price TYPE bigint;
COMMIT;
