ALTER TABLE tags ADD COLUMN number serial;
