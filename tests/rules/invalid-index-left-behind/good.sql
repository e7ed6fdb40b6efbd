-- in_transaction: no
DROP INDEX CONCURRENTLY IF EXISTS orders_day;
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_day ON orders (day);
