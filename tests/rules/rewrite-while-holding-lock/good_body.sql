ALTER TABLE authors ADD COLUMN note text;
CREATE PROCEDURE widen() LANGUAGE sql AS $$ ALTER TABLE prices ALTER COLUMN price TYPE bigint $$;
