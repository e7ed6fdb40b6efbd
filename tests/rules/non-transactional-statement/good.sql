-- in_transaction: no
SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY orders_note ON orders (note);
ANALYZE orders;
