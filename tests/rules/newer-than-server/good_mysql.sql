-- engine: mysql
-- server: 8.0
ALTER TABLE users RENAME COLUMN mail TO email;
SELECT id, ROW_NUMBER() OVER (ORDER BY id) FROM users;
