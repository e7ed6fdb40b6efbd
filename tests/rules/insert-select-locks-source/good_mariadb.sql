-- engine: mariadb
CREATE TEMPORARY TABLE wanted (id bigint PRIMARY KEY);
INSERT INTO archive (id) VALUES (7);
