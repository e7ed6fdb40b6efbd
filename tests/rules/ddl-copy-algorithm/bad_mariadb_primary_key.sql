-- engine: mariadb
ALTER TABLE orders DROP PRIMARY KEY;
