CREATE TABLE orders (id bigint PRIMARY KEY, code text, day date, CONSTRAINT orders_code_day_key UNIQUE (code, day), UNIQUE (day));
