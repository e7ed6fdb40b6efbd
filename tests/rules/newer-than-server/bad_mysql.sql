-- engine: mysql
-- server: 5.7.44
ALTER TABLE users RENAME COLUMN mail TO email;
