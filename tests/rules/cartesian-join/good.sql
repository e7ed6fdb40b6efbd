SELECT o.id FROM orders o, items i WHERE i.order_id = o.id;
SELECT o.id FROM orders o CROSS JOIN days d WHERE o.id = 7;
SELECT id, extract(year FROM placed_at), a IS DISTINCT FROM b FROM orders WHERE id = 7;
SELECT o.id, t FROM orders o, unnest(o.tags) t LIMIT 5;
SELECT id FROM orders WHERE id IN (SELECT i.order_id FROM items i, orders o WHERE o.id = i.order_id);
