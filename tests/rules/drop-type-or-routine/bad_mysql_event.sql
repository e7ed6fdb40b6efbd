-- engine: mysql
DROP EVENT nightly_cleanup;
