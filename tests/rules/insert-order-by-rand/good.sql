INSERT INTO sample (id) SELECT id FROM orders WHERE id % 100 = 7 ORDER BY id;
