ALTER TABLE sales.orders ATTACH PARTITION sales."Orders_rest" DEFAULT;
