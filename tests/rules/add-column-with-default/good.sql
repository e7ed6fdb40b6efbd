-- opt_in: add-column-with-default
ALTER TABLE orders ADD COLUMN status text DEFAULT NULL;
ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'new';
