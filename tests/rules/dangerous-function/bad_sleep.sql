UPDATE orders SET note = pg_sleep(10)::text WHERE id = 7;
