-- engine: mysql
CREATE TABLE pages (id int PRIMARY KEY, a varchar(10000), b varchar(6000), c text);
CREATE TABLE codes (id int PRIMARY KEY, a varchar(30000), b varchar(30000)) CHARACTER SET ascii;
