-- engine: mysql
-- rollback: DROP INDEX orders_day ON orders; ALTER TABLE orders DROP COLUMN note;
ALTER TABLE orders ADD COLUMN note text;
CREATE INDEX orders_day ON orders (day);
