DELETE FROM orders WHERE created_at < '2015-01-01' AND id < 50000;
