UPDATE users SET token = gen_random_uuid() WHERE id = 1;
