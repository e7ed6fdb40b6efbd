-- engine: mysql
ALTER TABLE users ADD COLUMN code int, ADD UNIQUE INDEX users_code (code);
