-- engine: mysql
SHUTDOWN;
