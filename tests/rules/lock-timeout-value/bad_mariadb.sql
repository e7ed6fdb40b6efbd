-- engine: mariadb
SET innodb_lock_wait_timeout = 300;
