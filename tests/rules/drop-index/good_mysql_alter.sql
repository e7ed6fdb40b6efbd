-- engine: mysql
ALTER TABLE orders DROP INDEX orders_idx, ADD INDEX orders_idx (placed, status);
ALTER TABLE orders ADD INDEX orders_status_idx (status);
ALTER TABLE orders DROP INDEX orders_status_idx;
