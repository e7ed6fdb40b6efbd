-- The packing desk wants a free-text note per order. A nullable column without a default changes the catalogue only.
ALTER TABLE orders ADD COLUMN delivery_note TEXT;
