-- engine: mariadb
ANALYZE TABLE orders UPDATE HISTOGRAM ON status WITH 16 BUCKETS;
