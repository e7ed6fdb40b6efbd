CREATE TABLE order_states (name text PRIMARY KEY);
CREATE TYPE point3 AS (x int, y int, z int);
