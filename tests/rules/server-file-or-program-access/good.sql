SELECT id FROM orders WHERE id = 7;
