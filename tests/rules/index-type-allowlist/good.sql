CREATE INDEX CONCURRENTLY orders_tags ON orders USING gin (tags);
CREATE INDEX CONCURRENTLY orders_day ON orders (day);
