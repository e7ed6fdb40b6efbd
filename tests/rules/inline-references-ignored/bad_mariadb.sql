-- engine: mariadb
-- server: 10.4
ALTER TABLE pets ADD COLUMN owner_id bigint REFERENCES users (id);
