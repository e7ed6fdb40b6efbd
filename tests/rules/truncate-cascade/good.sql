TRUNCATE customers, orders;
