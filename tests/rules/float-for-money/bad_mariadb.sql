-- engine: mariadb
CREATE TABLE invoices (id bigint PRIMARY KEY, total real);
