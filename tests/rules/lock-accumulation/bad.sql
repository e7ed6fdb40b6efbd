ALTER TABLE orders ADD COLUMN note text;
CREATE INDEX orders_day ON orders (day);
ALTER TABLE items ADD CONSTRAINT items_price CHECK (price > 0);
