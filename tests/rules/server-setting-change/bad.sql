-- in_transaction: no
ALTER SYSTEM SET work_mem = '1GB';
