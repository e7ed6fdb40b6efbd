-- engine: mysql
CREATE TABLE orders (id int PRIMARY KEY, name varchar(20)) DEFAULT CHARACTER SET utf8mb4;
