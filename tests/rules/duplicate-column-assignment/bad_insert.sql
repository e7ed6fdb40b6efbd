INSERT INTO orders (id, note, id) VALUES (7, 'x', 8);
