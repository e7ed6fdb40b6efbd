-- runner: file
SET statement_timeout = '5s';
ALTER TABLE orders ADD COLUMN note text;
SELECT 1;
