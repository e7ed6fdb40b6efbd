-- engine: mysql
INSERT INTO archive (id, total) VALUES (7, 10);
INSERT INTO archive (id, total) SELECT 7, 10;
