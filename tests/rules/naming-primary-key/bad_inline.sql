CREATE TABLE app."Orders" (id bigint CONSTRAINT orders_pkey PRIMARY KEY);
