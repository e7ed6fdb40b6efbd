ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE orders ADD COLUMN IF NOT EXISTS note varchar(20);
