-- engine: mysql
CREATE TABLE orders_by_customer_and_day_of_delivery_with_all_of_their_positions_2026 (id bigint PRIMARY KEY);
