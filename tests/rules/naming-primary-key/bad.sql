-- opt_in: naming-primary-key
CREATE TABLE orders (id bigint, CONSTRAINT pk_orders PRIMARY KEY (id));
