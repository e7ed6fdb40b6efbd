-- engine: mariadb
INSERT INTO orders VALUES (1, 2);
