-- engine: mysql
ALTER TABLE users ADD UNIQUE INDEX users_email (email);
