-- engine: mysql
ALTER TABLE orders ADD COLUMN total bigint NOT NULL DEFAULT 0;
