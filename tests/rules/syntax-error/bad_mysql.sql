-- engine: mysql
UPDATE orders SET status = 'new WHERE id = 7;
