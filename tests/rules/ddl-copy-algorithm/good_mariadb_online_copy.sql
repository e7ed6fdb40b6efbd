-- engine: mariadb
-- server: 11.4
ALTER TABLE orders MODIFY COLUMN total bigint NOT NULL;
