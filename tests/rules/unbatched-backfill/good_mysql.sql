-- engine: mysql
ALTER TABLE orders ADD COLUMN paid int;
UPDATE orders SET paid = 0 WHERE paid IS NULL ORDER BY id LIMIT 1000;
