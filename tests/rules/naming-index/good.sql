CREATE INDEX CONCURRENTLY orders_day_state_idx ON orders (day, state);
CREATE INDEX CONCURRENTLY ON orders (day);
CREATE INDEX CONCURRENTLY lower_code ON orders (lower(code));
