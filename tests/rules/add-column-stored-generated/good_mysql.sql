-- engine: mysql
ALTER TABLE orders ADD COLUMN gross DECIMAL(10, 2) AS (net * 2) VIRTUAL;
