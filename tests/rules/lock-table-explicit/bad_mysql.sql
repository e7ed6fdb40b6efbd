-- engine: mysql
LOCK TABLES orders WRITE;
