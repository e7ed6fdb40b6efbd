-- engine: mysql
RESET MASTER;
