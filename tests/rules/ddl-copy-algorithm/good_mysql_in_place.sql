-- engine: mysql
ALTER TABLE orders MODIFY COLUMN total bigint NOT NULL, ALGORITHM=INPLACE;
