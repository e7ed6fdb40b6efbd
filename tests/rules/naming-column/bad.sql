ALTER TABLE orders ADD COLUMN "placedAt" timestamptz;
