ALTER TABLE authors DROP COLUMN note;
CLUSTER prices USING prices_pkey;
