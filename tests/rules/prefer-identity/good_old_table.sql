ALTER TABLE users ADD COLUMN id serial;
