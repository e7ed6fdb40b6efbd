CREATE TABLE orders (id int PRIMARY KEY, country char(2), name varchar(50));
