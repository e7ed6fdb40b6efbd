-- engine: mysql
ALTER TABLE orders ADD COLUMN remark text, LOCK=NONE;
