-- engine: mysql
ALTER TABLE orders ADD COLUMN token char(36) DEFAULT (uuid());
