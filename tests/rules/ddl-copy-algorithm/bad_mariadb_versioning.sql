-- engine: mariadb
ALTER TABLE orders ADD SYSTEM VERSIONING;
