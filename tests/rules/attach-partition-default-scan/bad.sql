INSERT INTO orders_2026 (id, day) SELECT id, day FROM orders_default WHERE day >= '2026-01-01';
ALTER TABLE orders ATTACH PARTITION orders_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
