ALTER TABLE orders ADD COLUMN total bigint;
ALTER TABLE orders ALTER COLUMN total TYPE int;
