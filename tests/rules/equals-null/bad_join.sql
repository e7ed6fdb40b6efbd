SELECT o.id FROM orders o JOIN items i ON i.order_id = o.id AND i.sent_at <> NULL WHERE o.id = 7;
