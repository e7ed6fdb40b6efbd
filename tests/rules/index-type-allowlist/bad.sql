CREATE INDEX CONCURRENTLY orders_code ON orders USING hash (code);
