-- engine: mariadb
ALTER TABLE users ADD COLUMN code int;
ALTER TABLE users MODIFY COLUMN code int NOT NULL, LOCK=NONE;
