SELECT count(*) FROM orders WHERE id = 7;
SELECT id FROM orders o WHERE EXISTS (SELECT * FROM items i WHERE i.order_id = o.id);
WITH w AS (SELECT id FROM orders WHERE id = 7) SELECT * FROM w LIMIT 1;
