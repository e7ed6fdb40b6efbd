DELETE FROM orders WHERE made_at >= '2026-01-01' AND (state = 'x' OR id IN (1, 2));
SELECT id FROM orders WHERE day = date('2026-01-01') AND EXISTS (SELECT a FROM t WHERE a = 1);
