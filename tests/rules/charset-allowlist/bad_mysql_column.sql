-- engine: mysql
ALTER TABLE tags ADD COLUMN code varchar(50) CHARACTER SET latin1;
