CREATE TABLE orders (id bigint PRIMARY KEY, name varchar(1000), note text);
