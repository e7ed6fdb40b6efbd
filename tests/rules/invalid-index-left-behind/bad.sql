-- in_transaction: no
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_day ON orders (day);
