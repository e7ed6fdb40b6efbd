-- engine: mariadb
UPDATE users SET token = SHA1('x') WHERE id = 1;
