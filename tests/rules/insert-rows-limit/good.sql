INSERT INTO numbers (n) VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17), (18), (19);
INSERT INTO numbers (n) SELECT id FROM orders WHERE id < 5;
