-- engine: mariadb
CREATE OR REPLACE TABLE totals AS SELECT customer_id, SUM(total) AS total FROM orders GROUP BY customer_id;
