-- in_transaction: no
DROP INDEX CONCURRENTLY orders_status_idx;
