-- engine: mysql
DELETE FROM orders WHERE state NOT IN ('open', NULL);
