CREATE TABLE orders (id bigint PRIMARY KEY, item_1 bigint, item_2 bigint);
CREATE TABLE "Orders" (id bigint PRIMARY KEY);
INSERT INTO orders (id, item_1) VALUES (1, 2);
COMMENT ON TABLE orders IS 'größer als заказ';
