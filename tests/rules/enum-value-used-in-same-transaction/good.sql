-- in_transaction: no
BEGIN;
ALTER TYPE status ADD VALUE 'paid';
COMMIT;
UPDATE orders SET status = 'paid' WHERE paid_at IS NOT NULL;
