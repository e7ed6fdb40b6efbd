CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint);
