CREATE TABLE users (name text PRIMARY KEY);
ALTER TABLE users ADD COLUMN id serial;
