-- engine: mariadb
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, CONSTRAINT to_customer FOREIGN KEY (customer_id) REFERENCES customers (id));
