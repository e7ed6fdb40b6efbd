SELECT id FROM orders WHERE state = 'open' ORDER BY random() LIMIT 5;
