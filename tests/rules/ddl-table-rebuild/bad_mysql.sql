-- engine: mysql
-- server: 8.0.28
ALTER TABLE orders DROP COLUMN note;
