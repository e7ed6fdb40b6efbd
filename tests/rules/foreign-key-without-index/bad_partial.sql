CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id), day date);
CREATE INDEX orders_customer ON orders (customer_id) WHERE day IS NULL;
CREATE INDEX orders_day ON orders (day, customer_id);
