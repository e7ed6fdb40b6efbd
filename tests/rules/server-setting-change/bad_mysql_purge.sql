-- engine: mysql
PURGE BINARY LOGS TO 'binlog.000007';
