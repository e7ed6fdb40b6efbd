-- Customer pages list orders by customer. MariaDB commits definitions at once, therefore outside a transaction.
CREATE INDEX orders_customer_id ON orders (customer_id) ALGORITHM = INPLACE LOCK = NONE;
