-- engine: mysql
INSERT INTO orders SET a = 1;
