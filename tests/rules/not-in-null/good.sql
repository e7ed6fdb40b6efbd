DELETE FROM orders WHERE state NOT IN ('open', 'paid');
DELETE FROM orders WHERE state NOT IN (COALESCE(NULL, 'open'));
SELECT id FROM orders WHERE state IN ('open', NULL);
