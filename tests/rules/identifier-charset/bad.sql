CREATE INDEX CONCURRENTLY "by day" ON orders (day);
