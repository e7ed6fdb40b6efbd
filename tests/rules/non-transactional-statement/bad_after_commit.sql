-- in_transaction: no
BEGIN;
ALTER TABLE orders ADD COLUMN note text;
COMMIT;
CREATE UNIQUE INDEX CONCURRENTLY "Orders_no" ON app.orders (no);
