-- in_transaction: no
CREATE INDEX CONCURRENTLY orders_day ON orders (day);
