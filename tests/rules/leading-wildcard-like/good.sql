UPDATE users SET active = false WHERE email LIKE 'test-%';
UPDATE users SET email = '%x' WHERE id = 7;
