-- engine: mysql
ALTER TABLE orders CHANGE COLUMN note remark varchar(500), LOCK=NONE;
