-- engine: mysql
ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id), ALGORITHM=INPLACE, LOCK=NONE;
