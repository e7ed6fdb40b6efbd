-- engine: mysql
ALTER TABLE orders ENCRYPTION = 'Y';
