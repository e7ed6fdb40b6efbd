-- engine: sqlite
-- server: 3.34
ALTER TABLE users DROP COLUMN email;
