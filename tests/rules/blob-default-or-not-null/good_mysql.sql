-- engine: mysql
CREATE TABLE orders (id int PRIMARY KEY, note text NOT NULL DEFAULT (''), data json DEFAULT NULL, name varchar(20) DEFAULT '');
