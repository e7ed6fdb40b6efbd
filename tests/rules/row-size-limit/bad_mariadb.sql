-- engine: mariadb
CREATE TABLE pages (id int PRIMARY KEY, a varchar(10000), b varchar(7000));
