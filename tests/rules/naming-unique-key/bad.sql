CREATE TABLE orders (id bigint PRIMARY KEY, code text, CONSTRAINT unique_code UNIQUE (code));
