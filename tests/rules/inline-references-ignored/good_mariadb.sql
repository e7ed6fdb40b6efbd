-- engine: mariadb
-- server: 10.11
CREATE TABLE pets (id bigint PRIMARY KEY, owner_id bigint REFERENCES users (id));
