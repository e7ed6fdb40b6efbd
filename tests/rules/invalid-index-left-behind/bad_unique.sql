-- in_transaction: no
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "Orders_no" ON app."Orders" (no);
