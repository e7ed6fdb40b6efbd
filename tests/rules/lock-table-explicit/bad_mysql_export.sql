-- engine: mysql
FLUSH NO_WRITE_TO_BINLOG TABLES orders, items FOR EXPORT;
