-- in_transaction: no
BEGIN;
ALTER TYPE status ADD VALUE 'paid';
DO $$ BEGIN UPDATE orders SET status = 'paid' WHERE id = 1; END $$;
COMMIT;
