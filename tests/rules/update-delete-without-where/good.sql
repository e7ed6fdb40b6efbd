UPDATE orders SET status = 'new' WHERE id BETWEEN 1 AND 5000 AND status IS NULL;
