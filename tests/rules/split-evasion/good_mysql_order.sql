-- engine: mysql
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;
