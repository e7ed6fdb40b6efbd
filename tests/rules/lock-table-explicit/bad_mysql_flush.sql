-- engine: mysql
FLUSH TABLES WITH READ LOCK;
