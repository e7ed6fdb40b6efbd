CREATE TABLE tags (name text PRIMARY KEY, n int);
UPDATE tags SET n = 1, name = 'x' WHERE name = 'y';
