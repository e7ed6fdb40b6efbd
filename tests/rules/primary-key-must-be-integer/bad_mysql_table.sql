-- engine: mysql
CREATE TABLE users (id char(36) NOT NULL, name text, PRIMARY KEY (id));
