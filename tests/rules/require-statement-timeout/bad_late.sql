-- runner: file
ALTER TABLE orders ADD COLUMN note text;
SET statement_timeout = '5s';
