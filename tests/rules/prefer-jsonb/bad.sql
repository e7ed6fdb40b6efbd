CREATE TABLE events (id bigint PRIMARY KEY, body json NOT NULL);
