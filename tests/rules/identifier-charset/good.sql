CREATE TABLE Order_Items (id bigint PRIMARY KEY, "total" int, item_2 int);
SELECT id AS "Total" FROM orders WHERE id = 1;
