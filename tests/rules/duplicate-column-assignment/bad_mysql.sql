-- engine: mysql
UPDATE orders SET state = 'paid', note = 'x', state = 'open' WHERE id = 7;
