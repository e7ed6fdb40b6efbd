-- engine: mysql
ALTER TABLE users MODIFY COLUMN email varchar(200), LOCK=NONE;
