UPDATE orders SET state = 'refunded' WHERE id IN (SELECT r.order_id FROM refunds r JOIN days d ON d.id = r.day_id WHERE d.id = 7);
