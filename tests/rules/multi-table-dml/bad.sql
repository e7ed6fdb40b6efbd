UPDATE orders o SET state = 'refunded' FROM refunds r WHERE r.order_id = o.id AND r.day = '2026-11-28';
