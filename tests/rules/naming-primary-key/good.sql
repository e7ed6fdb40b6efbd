CREATE TABLE orders (id bigint CONSTRAINT orders_pkey PRIMARY KEY);
CREATE TABLE notes (id bigint PRIMARY KEY, CONSTRAINT n CHECK (id > 0));
