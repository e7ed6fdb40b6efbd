CREATE ROLE reporting LOGIN;
ALTER ROLE reporting PASSWORD NULL;
UPDATE users SET password = 'x' WHERE id = 7;
