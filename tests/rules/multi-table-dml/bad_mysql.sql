-- engine: mysql
UPDATE orders o JOIN refunds r ON r.order_id = o.id SET o.state = 'refunded' WHERE r.day = '2026-11-28';
