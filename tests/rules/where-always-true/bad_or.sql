DELETE FROM orders WHERE id = 7 OR true;
