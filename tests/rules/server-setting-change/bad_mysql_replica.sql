-- engine: mysql
STOP SLAVE;
