CREATE TABLE users (id bigint PRIMARY KEY, name text, key text, value text, type text);
