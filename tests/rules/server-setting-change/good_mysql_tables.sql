-- engine: mysql
ANALYZE TABLE orders;
CHECK TABLE orders;
DROP PREPARE find_order;
FLUSH TABLES orders WITH READ LOCK;
