-- engine: mariadb
SELECT SLEEP(10);
