ALTER TABLE invoices ADD COLUMN unit_price double precision;
