-- engine: mysql
CREATE TABLE pets (id bigint PRIMARY KEY, owner_id bigint, FOREIGN KEY (owner_id) REFERENCES users (id));
