-- engine: mysql
ALTER TABLE orders ALTER COLUMN status DROP DEFAULT;
