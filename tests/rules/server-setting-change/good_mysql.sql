-- engine: mysql
SET SESSION wait_timeout = 100;
