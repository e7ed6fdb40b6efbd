CREATE TABLE orders (id bigint PRIMARY KEY);
SET ROLE app_owner;
