-- engine: mariadb
ALTER TABLE orders MODIFY COLUMN note text AFTER id;
CREATE TABLE copy AS SELECT * FROM orders;
