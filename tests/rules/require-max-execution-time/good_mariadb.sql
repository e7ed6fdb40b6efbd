-- engine: mariadb
SET SESSION max_statement_time = 5;
SELECT id FROM orders WHERE total > 5;
