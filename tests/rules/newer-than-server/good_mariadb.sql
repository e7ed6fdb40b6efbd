-- engine: mariadb
-- server: 10.5
INSERT INTO users (email) VALUES ('a@example.org') RETURNING id;
