CREATE TABLE currencies (id bigint PRIMARY KEY, code varchar(3), name text);
