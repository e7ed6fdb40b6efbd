WITH moved AS (DELETE FROM orders WHERE id = 7 RETURNING id) SELECT id FROM moved;
