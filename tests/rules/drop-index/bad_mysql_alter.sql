-- engine: mysql
ALTER TABLE orders DROP INDEX orders_idx;
