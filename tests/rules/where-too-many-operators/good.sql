DELETE FROM orders WHERE id = 1 OR id = 2 AND state = 'x';
SELECT a AND b FROM t WHERE c = 1;
