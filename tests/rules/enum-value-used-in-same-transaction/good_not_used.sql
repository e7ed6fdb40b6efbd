ALTER TYPE status ADD VALUE 'paid';
ALTER TYPE status ADD VALUE 'sent' AFTER 'paid';
COMMENT ON TYPE status IS 'paid';
UPDATE orders SET note = 'unpaid' -- 'paid'
WHERE id = 1;
