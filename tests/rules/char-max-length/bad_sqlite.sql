-- engine: sqlite
CREATE TABLE orders (id int PRIMARY KEY, name char(50));
