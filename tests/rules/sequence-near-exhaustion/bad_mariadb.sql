-- engine: mariadb
-- before: CREATE TABLE orders (id int unsigned AUTO_INCREMENT PRIMARY KEY, total int);
-- counter: orders id 4000000000 4294967295
INSERT INTO orders (total) VALUES (5);
