ALTER TABLE authors ADD COLUMN note text;
ALTER TABLE prices ALTER COLUMN price TYPE bigint;
