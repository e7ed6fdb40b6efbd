-- engine: mysql
FLUSH LOGS;
