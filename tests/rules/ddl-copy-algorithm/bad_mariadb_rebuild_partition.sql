-- engine: mariadb
ALTER TABLE orders REBUILD PARTITION p1;
