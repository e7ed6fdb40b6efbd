-- engine: mysql
SET SESSION lock_wait_timeout = 3600;
