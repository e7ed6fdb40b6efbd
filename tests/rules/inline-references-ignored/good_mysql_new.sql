-- engine: mysql
-- server: 9.1
CREATE TABLE pets (id bigint PRIMARY KEY, owner_id bigint REFERENCES users (id));
