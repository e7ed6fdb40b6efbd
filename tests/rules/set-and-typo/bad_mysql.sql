-- engine: mysql
UPDATE orders SET paid = 1 AND note = 'x' WHERE id = 7;
