-- engine: sqlite
-- before: CREATE TABLE orders (id INTEGER PRIMARY KEY, state INTEGER); CREATE INDEX orders_state ON orders (state);
ALTER TABLE orders DROP COLUMN state;
