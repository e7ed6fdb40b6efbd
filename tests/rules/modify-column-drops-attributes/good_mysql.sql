-- engine: mysql
CREATE TABLE orders (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, total int NOT NULL DEFAULT 0 COMMENT 'cents');
ALTER TABLE orders MODIFY total bigint NOT NULL DEFAULT 0 COMMENT 'cents';
ALTER TABLE orders MODIFY id bigint unsigned AUTO_INCREMENT;
ALTER TABLE orders MODIFY total varchar(20) NOT NULL DEFAULT '' COMMENT 'cents';
ALTER TABLE items MODIFY price bigint NOT NULL;
ALTER TABLE items MODIFY note text;
