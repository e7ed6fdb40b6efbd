-- engine: mysql
CREATE TABLE invoices (id bigint unsigned PRIMARY KEY, total decimal(12, 2), ratio double);
