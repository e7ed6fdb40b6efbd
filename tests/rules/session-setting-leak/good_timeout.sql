-- in_transaction: no
-- runner: file
SET lock_timeout = '2s';
SET work_mem = '64MB';
