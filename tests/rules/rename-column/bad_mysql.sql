-- engine: mysql
ALTER TABLE orders CHANGE total sum DECIMAL(10, 2);
