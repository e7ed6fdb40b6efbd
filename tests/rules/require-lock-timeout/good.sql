-- runner: file
-- in_transaction: no
SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN note text;
