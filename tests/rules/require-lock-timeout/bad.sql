-- runner: file
-- in_transaction: no
ALTER TABLE orders ADD COLUMN note text;
