-- engine: mariadb
ALTER TABLE users CHANGE email email varchar(200) NOT NULL, LOCK=NONE;
