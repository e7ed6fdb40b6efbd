-- engine: mariadb
ALTER TABLE orders ADD COLUMN note text AFTER id;
ALTER TABLE orders COMMENT = 'what customers ordered';
