-- engine: mariadb
CREATE TABLE scratch (id INT PRIMARY KEY);
RENAME TABLE scratch TO other, orders TO scratch;
DROP TABLE scratch;
