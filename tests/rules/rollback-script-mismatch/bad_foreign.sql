-- rollback: ALTER TABLE orders DROP COLUMN note, DROP COLUMN state;
ALTER TABLE orders ADD COLUMN note text;
