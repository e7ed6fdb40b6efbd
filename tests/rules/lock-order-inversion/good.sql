-- in_transaction: no
BEGIN;
ALTER TABLE items ADD COLUMN a int;
ALTER TABLE orders ADD COLUMN a int;
UPDATE items SET a = 1 WHERE id = 1;
COMMIT;
BEGIN;
ALTER TABLE items ADD COLUMN b int;
INSERT INTO log (id) VALUES (1);
ALTER TABLE orders ADD COLUMN b int;
COMMIT;
