-- engine: mariadb
DELETE o FROM orders o JOIN refunds r ON r.order_id = o.id WHERE r.day = '2026-11-28';
