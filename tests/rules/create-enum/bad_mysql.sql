-- engine: mysql
CREATE TABLE orders (id bigint unsigned PRIMARY KEY, state enum('open', 'paid'));
