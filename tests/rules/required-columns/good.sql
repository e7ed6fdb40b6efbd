CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamptz, total int);
ALTER TABLE orders ADD COLUMN updated_at timestamptz;
CREATE TEMP TABLE seen (n int);
