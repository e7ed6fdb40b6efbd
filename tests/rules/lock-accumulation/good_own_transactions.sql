-- in_transaction: no
BEGIN;
CREATE INDEX orders_day ON orders (day);
COMMIT;
BEGIN;
ALTER TABLE items ADD CONSTRAINT items_price CHECK (price > 0);
COMMIT;
ALTER TABLE a ADD COLUMN note text;
ALTER TABLE b ADD COLUMN note text;
ALTER TABLE c ADD COLUMN note text;
ALTER TABLE d ADD COLUMN note text;
