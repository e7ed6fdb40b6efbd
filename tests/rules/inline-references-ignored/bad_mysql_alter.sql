-- engine: mysql
ALTER TABLE pets ADD COLUMN owner_id bigint REFERENCES users (id);
