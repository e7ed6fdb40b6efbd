-- engine: mysql
-- rollback: ALTER TABLE orders DROP COLUMN note;
ALTER TABLE orders ADD COLUMN note text;
CREATE INDEX orders_day ON orders (day);
