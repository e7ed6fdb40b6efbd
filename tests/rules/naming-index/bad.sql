CREATE INDEX CONCURRENTLY by_day ON orders (day);
