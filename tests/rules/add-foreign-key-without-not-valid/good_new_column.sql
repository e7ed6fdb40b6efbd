ALTER TABLE orders ADD COLUMN region_id bigint REFERENCES regions (id);
