CREATE TABLE orders (id bigint PRIMARY KEY);
SET search_path = shop;
DROP TABLE orders;
