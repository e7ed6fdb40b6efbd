-- runner: file
SET statement_timeout = '5s';
SET statement_timeout = 0;
DROP TABLE orders;
