-- engine: mysql
CREATE TABLE orders (id bigint unsigned PRIMARY KEY, total int NOT NULL DEFAULT 0 COMMENT 'cents');
ALTER TABLE orders MODIFY total bigint NOT NULL;
