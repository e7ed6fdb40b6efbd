-- engine: mysql
ALTER TABLE orders MODIFY total bigint;
