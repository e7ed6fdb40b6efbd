-- in_transaction: no
-- runner: file
BEGIN;
CREATE PROCEDURE widen() LANGUAGE sql AS $$ ALTER TABLE prices ALTER COLUMN price TYPE bigint $$;
COMMIT;
