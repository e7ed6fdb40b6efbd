-- engine: mysql
CREATE TABLE order_states (id bigint unsigned PRIMARY KEY, name varchar(20));
