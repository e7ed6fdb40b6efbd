ALTER TYPE address RENAME ATTRIBUTE zip TO postcode;
ALTER INDEX orders_total_idx RENAME TO orders_total;
ALTER FUNCTION total(bigint) OWNER TO app;
