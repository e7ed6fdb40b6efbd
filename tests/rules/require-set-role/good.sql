SET LOCAL ROLE app_owner;
CREATE TABLE orders (id bigint PRIMARY KEY);
