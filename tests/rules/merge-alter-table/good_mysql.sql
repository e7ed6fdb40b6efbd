-- engine: mysql
ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE items ADD COLUMN note text;
