-- engine: sqlite
DROP INDEX orders_status_idx;
