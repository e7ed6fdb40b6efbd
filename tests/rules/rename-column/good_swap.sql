ALTER TABLE orders ADD COLUMN id_new bigint;
ALTER TABLE orders RENAME COLUMN id TO id_old;
ALTER TABLE orders RENAME COLUMN id_new TO id;
