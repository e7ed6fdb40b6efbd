DELETE FROM orders o USING refunds r WHERE r.order_id = o.id;
