-- engine: mysql
SELECT /*+ MAX_EXECUTION_TIME(5000) */ id FROM orders WHERE total > 5;
SELECT 1;
