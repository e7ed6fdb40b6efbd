UPDATE users SET token = md5('x') WHERE id = 1;
