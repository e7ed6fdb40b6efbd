-- engine: mariadb
ALTER TABLE orders ADD COLUMN gross DECIMAL(10, 2) GENERATED ALWAYS AS (net * 2) STORED;
