-- before: CREATE TABLE orders (id bigint PRIMARY KEY, day date, state int); CREATE INDEX orders_day ON orders (day, state);
ALTER TABLE orders DROP COLUMN state;
