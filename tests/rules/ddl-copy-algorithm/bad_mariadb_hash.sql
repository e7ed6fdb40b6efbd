-- engine: mariadb
ALTER TABLE orders ADD PARTITION PARTITIONS 4;
