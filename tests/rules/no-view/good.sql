CREATE TABLE open_orders (id bigint PRIMARY KEY);
