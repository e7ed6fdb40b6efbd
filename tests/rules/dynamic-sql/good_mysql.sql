-- engine: mysql
UPDATE orders SET note = 'prepare' WHERE id = 7;
