-- engine: mysql
SELECT 'a\'; DROP TABLE orders; -- ' FROM t WHERE id = 1;
