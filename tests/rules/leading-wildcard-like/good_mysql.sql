-- engine: mysql
SHOW TABLES LIKE '%orders';
