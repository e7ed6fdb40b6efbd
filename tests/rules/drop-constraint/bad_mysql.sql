-- engine: mysql
ALTER TABLE orders DROP FOREIGN KEY orders_customer;
