SELECT * INTO copies FROM orders WHERE id = 7;
