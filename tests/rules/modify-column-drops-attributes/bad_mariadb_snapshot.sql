-- engine: mariadb
-- before: CREATE TABLE orders (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, status varchar(20) NOT NULL DEFAULT 'new' COMMENT 'where it stands');
ALTER TABLE orders MODIFY status varchar(40) NOT NULL;
