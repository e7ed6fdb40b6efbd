-- engine: mysql
CREATE TABLE orders (id int NOT NULL PRIMARY KEY, total int NOT NULL DEFAULT 0, paid int, note text NOT NULL);
