-- engine: mysql
UPDATE users SET token = UUID() WHERE id = 7;
