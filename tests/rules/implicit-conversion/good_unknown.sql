-- engine: mysql
DELETE FROM orders WHERE code = 12;
