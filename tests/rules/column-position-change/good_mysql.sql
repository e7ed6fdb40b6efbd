-- engine: mysql
ALTER TABLE orders MODIFY COLUMN note text, LOCK=NONE;
ALTER TABLE orders ADD COLUMN remark text AFTER note;
