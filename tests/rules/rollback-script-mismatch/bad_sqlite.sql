-- engine: sqlite
-- rollback: DROP INDEX orders_state;
CREATE INDEX orders_day ON orders (day);
