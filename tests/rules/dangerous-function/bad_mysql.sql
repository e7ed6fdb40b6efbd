-- engine: mysql
SELECT SLEEP(10);
