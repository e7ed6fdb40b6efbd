-- engine: mysql
BEGIN;
UPDATE orders SET note = '' WHERE id = 7;
ALTER TABLE orders ADD COLUMN remark text;
COMMIT;
