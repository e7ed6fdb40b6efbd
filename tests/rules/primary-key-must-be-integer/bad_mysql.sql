-- engine: mysql
CREATE TABLE users (email varchar(200) PRIMARY KEY, name text);
