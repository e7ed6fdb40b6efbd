-- engine: mysql
CREATE TABLE customers (id int unsigned PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int, FOREIGN KEY (customer_id) REFERENCES customers (id));
