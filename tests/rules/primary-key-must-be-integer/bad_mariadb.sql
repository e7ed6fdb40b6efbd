-- engine: mariadb
CREATE TABLE users (email varchar(200) PRIMARY KEY, name text);
