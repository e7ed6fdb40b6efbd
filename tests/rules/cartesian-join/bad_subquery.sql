DELETE FROM orders WHERE id IN (SELECT i.order_id FROM items i, refunds r);
