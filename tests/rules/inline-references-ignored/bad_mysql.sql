-- engine: mysql
-- server: 8.4
CREATE TABLE pets (id bigint PRIMARY KEY, owner_id bigint REFERENCES users (id));
