-- engine: mariadb
ALTER TABLE orders ADD COLUMN remark text FIRST, LOCK=NONE;
