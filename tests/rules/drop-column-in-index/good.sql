CREATE INDEX CONCURRENTLY orders_day ON orders (day);
ALTER TABLE orders DROP COLUMN state;
