-- engine: mysql
ALTER TABLE orders ADD COLUMN remark text;
BEGIN;
UPDATE orders SET note = '' WHERE id = 7;
COMMIT;
