-- engine: mysql
CREATE TABLE scratch (id INT PRIMARY KEY);
DROP TABLE scratch;
