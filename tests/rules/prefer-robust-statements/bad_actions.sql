-- in_transaction: no
ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE orders DROP CONSTRAINT orders_total;
