CREATE TABLE orders (id bigint, CONSTRAINT pk_orders PRIMARY KEY (id));
