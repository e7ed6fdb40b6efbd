-- engine: sqlite
CREATE TABLE orders (id int PRIMARY KEY, code int, CONSTRAINT unique_code UNIQUE (code));
