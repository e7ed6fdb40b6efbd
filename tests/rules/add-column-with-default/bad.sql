-- opt_in: add-column-with-default
ALTER TABLE orders ADD COLUMN status text DEFAULT 'new';
