ALTER TABLE orders ADD COLUMN note text;
UPDATE orders SET note = '' WHERE note IS NULL AND id < 1000;
UPDATE customers SET note = '' WHERE note IS NULL AND id < 1000;
