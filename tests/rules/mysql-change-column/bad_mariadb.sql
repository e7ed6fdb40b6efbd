-- engine: mariadb
ALTER TABLE orders CHANGE note note varchar(500), LOCK=NONE;
