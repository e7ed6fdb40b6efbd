-- engine: sqlite
DROP TRIGGER orders_audit;
