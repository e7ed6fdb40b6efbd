-- engine: mysql
CREATE TABLE tags (id bigint unsigned PRIMARY KEY AUTO_INCREMENT, name varchar(50));
ALTER TABLE tags MODIFY COLUMN name varchar(500);
