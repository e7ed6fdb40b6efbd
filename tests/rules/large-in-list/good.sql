DELETE FROM orders WHERE id IN (1, 2, 3);
DELETE FROM orders WHERE id IN (SELECT id FROM refunds WHERE day = '2026-11-28');
