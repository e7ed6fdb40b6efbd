-- engine: mysql
ALTER TABLE orders MODIFY COLUMN status enum('open', 'paid', 'shipped') NOT NULL, ALGORITHM=INPLACE;
