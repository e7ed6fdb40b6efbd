INSERT INTO numbers (n) VALUES (1);
INSERT INTO numbers (n) VALUES (2);
