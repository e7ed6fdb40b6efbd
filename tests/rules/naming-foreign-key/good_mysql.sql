-- engine: mysql
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, CONSTRAINT fk_orders_customer_id FOREIGN KEY (customer_id) REFERENCES customers (id));
