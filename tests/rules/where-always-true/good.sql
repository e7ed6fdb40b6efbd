DELETE FROM orders WHERE id = 7;
