UPDATE orders SET state = CASE WHEN paid_at != NULL THEN 'paid' ELSE 'open' END WHERE id = 7;
