-- rollback: SELECT 1;
UPDATE orders SET state = 'new' WHERE id = 1;
