SET lock_timeout = '2s';
SET lock_timeout = 5000;
SET statement_timeout = '1h';
