-- engine: mariadb
ALTER TABLE orders OPTIMIZE PARTITION p1;
