DROP TABLE old_orders;
CREATE TABLE totals AS SELECT day, sum(amount) AS amount FROM orders GROUP BY day;
