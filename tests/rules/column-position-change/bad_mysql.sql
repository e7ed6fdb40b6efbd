-- engine: mysql
ALTER TABLE orders MODIFY COLUMN note text AFTER id, LOCK=NONE;
