-- engine: mysql
CREATE TABLE scratch (id INT PRIMARY KEY);
USE shop;
DROP TABLE scratch;
