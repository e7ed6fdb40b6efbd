-- engine: mysql
-- server: 8.0.20
ALTER TABLE orders ADD COLUMN note text AFTER id;
