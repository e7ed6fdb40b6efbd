-- engine: mariadb
-- server: 10.4.30
INSERT INTO users (email) VALUES ('a@example.org') RETURNING id;
