-- engine: mysql
ALTER TABLE orders ADD COLUMN note text NOT NULL;
