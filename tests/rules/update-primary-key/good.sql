UPDATE orders SET total = 8, order_id = 9 WHERE id = 7;
