-- engine: mysql
-- rollback: DROP TRIGGER log_it; DROP PROCEDURE tidy; DROP VIEW open_orders; ALTER TABLE orders DROP FOREIGN KEY orders_customer; ALTER TABLE orders DROP INDEX orders_day; ALTER TABLE orders CHANGE title name varchar(20);
CREATE VIEW open_orders AS SELECT id FROM orders WHERE paid IS NULL;
CREATE PROCEDURE tidy() SELECT 1;
CREATE TRIGGER log_it AFTER INSERT ON orders FOR EACH ROW SET @n = 1;
ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id);
ALTER TABLE orders ADD INDEX orders_day (day);
ALTER TABLE orders CHANGE name title varchar(20);
