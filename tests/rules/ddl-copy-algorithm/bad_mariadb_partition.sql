-- engine: mariadb
-- server: 10.11
ALTER TABLE orders PARTITION BY HASH (id) PARTITIONS 8;
