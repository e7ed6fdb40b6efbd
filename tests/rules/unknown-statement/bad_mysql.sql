-- engine: mysql
ALTER TABLE orders FROBNICATE;
