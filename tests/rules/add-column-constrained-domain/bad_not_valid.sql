-- in_transaction: no
ALTER DOMAIN app.email ADD CONSTRAINT at CHECK (VALUE LIKE '%@%') NOT VALID;
ALTER TABLE app.users ADD COLUMN name text, ADD COLUMN mail app.email;
