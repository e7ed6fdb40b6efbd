UPDATE orders SET paid = true, note = 'x' WHERE id = 7 AND state = 'open';
UPDATE orders SET paid = (total = 0 AND state = 'open') WHERE id = 7;
UPDATE orders SET paid = CASE WHEN total > 0 AND state = 'x' THEN true ELSE false END, cheap = total BETWEEN 1 AND 5 WHERE id = 7;
