-- engine: mariadb
INSERT INTO events (id, at) VALUES (7, SYSDATE());
