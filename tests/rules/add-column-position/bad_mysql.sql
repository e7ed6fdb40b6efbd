-- engine: mysql
ALTER TABLE orders ADD COLUMN remark text AFTER note, LOCK=NONE;
