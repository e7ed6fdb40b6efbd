-- engine: mariadb
CREATE TABLE orders (id int PRIMARY KEY, total int, CONSTRAINT positive CHECK (total > 0));
