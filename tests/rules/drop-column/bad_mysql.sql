-- engine: mysql
ALTER TABLE orders ADD a INT, DROP b;
