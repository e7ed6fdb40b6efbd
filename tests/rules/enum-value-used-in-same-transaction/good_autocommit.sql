-- in_transaction: no
ALTER TYPE status ADD VALUE 'paid';
UPDATE orders SET status = 'paid' WHERE paid_at IS NOT NULL;
