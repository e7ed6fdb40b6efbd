INSERT INTO archive SELECT DISTINCT o.* FROM orders o WHERE o.id = 7;
