-- engine: mysql
UPDATE orders SET state = 'refunded', note = '' WHERE id = 7;
