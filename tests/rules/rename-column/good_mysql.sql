-- engine: mysql
ALTER TABLE orders CHANGE total total DECIMAL(12, 2);
