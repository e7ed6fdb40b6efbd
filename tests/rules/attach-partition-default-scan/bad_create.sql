DELETE FROM app."Orders_default" WHERE day >= '2026-01-01';
CREATE TABLE app.orders_2026 PARTITION OF app."Orders" FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
