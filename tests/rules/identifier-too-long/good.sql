CREATE TABLE orders_by_customer_and_day (id bigint PRIMARY KEY);
UPDATE orders SET note = 'orders_by_customer_and_day_of_delivery_with_all_of_their_positions_2026' WHERE id = 7;
