-- engine: mariadb
CREATE TABLE archive AS SELECT id, total FROM orders WHERE placed_at < '2026-01-01';
