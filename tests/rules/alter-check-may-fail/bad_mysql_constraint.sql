-- engine: mysql
ALTER TABLE orders ALTER CONSTRAINT total_positive ENFORCED;
