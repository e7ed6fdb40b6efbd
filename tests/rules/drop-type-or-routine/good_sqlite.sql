-- engine: sqlite
DROP TRIGGER IF EXISTS orders_audit;
CREATE TRIGGER orders_audit AFTER DELETE ON orders BEGIN INSERT INTO audit (id) VALUES (OLD.id); END;
