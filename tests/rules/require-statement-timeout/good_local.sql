-- runner: file
SET LOCAL statement_timeout = '5s';
ALTER TABLE orders ADD COLUMN note text;
