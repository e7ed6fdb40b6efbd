-- engine: mariadb
ALTER TABLE orders ADD COLUMN code varchar(20) CHARACTER SET ascii;
