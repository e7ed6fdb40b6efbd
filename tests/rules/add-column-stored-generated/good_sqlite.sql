-- engine: sqlite
ALTER TABLE orders ADD COLUMN gross numeric GENERATED ALWAYS AS (net * 2) VIRTUAL;
