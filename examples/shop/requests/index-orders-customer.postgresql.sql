-- Customer pages list orders by customer. Built without blocking writes, therefore outside a transaction.
CREATE INDEX CONCURRENTLY orders_customer_id ON orders (customer_id);
