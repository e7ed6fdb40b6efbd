-- engine: mysql
ALTER TABLE orders ALTER CHECK total_positive ENFORCED;
