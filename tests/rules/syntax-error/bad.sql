UPDATE orders SET status = WHERE id = 7;
