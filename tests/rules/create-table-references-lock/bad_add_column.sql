ALTER TABLE notes ADD COLUMN order_id bigint REFERENCES orders (id);
