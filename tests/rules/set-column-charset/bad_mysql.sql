-- engine: mysql
ALTER TABLE orders ADD COLUMN code varchar(20) CHARACTER SET ascii;
