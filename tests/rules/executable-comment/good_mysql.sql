-- engine: mysql
SELECT /*+ MAX_EXECUTION_TIME(1000) */ id FROM orders WHERE id = 7 /* not urgent */;
SELECT '/*! text */';
