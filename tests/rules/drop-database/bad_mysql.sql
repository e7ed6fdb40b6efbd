-- engine: mysql
DROP SCHEMA shop;
