-- in_transaction: no
DROP INDEX CONCURRENTLY orders_old;
CREATE INDEX CONCURRENTLY orders_day ON orders (day);
