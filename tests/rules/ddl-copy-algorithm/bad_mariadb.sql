-- engine: mariadb
ALTER TABLE orders CHANGE COLUMN total total bigint NOT NULL;
