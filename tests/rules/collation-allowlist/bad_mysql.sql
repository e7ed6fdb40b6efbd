-- engine: mysql
CREATE TABLE orders (id int PRIMARY KEY, name varchar(20) COLLATE utf8mb4_swedish_ci);
