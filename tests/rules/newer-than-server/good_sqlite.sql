-- engine: sqlite
-- server: 3.40.1
ALTER TABLE users DROP COLUMN email;
SELECT id FROM users RIGHT JOIN orders USING (id);
