-- runner: file
-- in_transaction: no
SET lock_timeout = '0';
ALTER TABLE orders ADD COLUMN note text;
