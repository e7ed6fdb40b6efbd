-- engine: mysql
CREATE INDEX orders_day ON orders (day, state);
ALTER TABLE orders DROP COLUMN state;
