-- engine: sqlite
CREATE TABLE invoices (id bigint PRIMARY KEY, total real);
