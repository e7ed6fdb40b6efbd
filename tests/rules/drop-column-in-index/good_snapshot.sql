-- before: CREATE TABLE orders (id bigint PRIMARY KEY, day date, state int); CREATE INDEX orders_state ON orders (state);
ALTER TABLE orders DROP COLUMN state;
