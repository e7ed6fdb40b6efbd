-- engine: mysql
CREATE TABLE orders (id int PRIMARY KEY) DEFAULT CHARACTER SET latin1 COLLATE latin1_german2_ci;
