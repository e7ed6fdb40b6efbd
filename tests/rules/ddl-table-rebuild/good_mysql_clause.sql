-- engine: mysql
-- server: 8.0.28
ALTER TABLE orders ADD COLUMN remark text FIRST, ALGORITHM=INSTANT;
