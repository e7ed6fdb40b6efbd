-- engine: mysql
UPDATE users SET active = 0 WHERE email LIKE '%@example.com';
