ALTER TABLE authors ADD COLUMN note text;
ALTER TABLE prices ADD COLUMN note varchar(10);
ALTER TABLE prices ALTER COLUMN note TYPE text;
