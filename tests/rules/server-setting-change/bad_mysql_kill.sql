-- engine: mysql
KILL 5;
