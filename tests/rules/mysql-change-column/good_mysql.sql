-- engine: mysql
ALTER TABLE orders MODIFY COLUMN note varchar(500), LOCK=NONE;
