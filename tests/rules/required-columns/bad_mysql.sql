-- engine: mysql
CREATE TABLE orders (id int PRIMARY KEY, created_at timestamp, total int);
