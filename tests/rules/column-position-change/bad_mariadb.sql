-- engine: mariadb
ALTER TABLE orders CHANGE COLUMN note note text FIRST, LOCK=NONE;
