-- engine: sqlite
CREATE TRIGGER orders_audit AFTER DELETE ON orders BEGIN INSERT INTO audit (id) VALUES (OLD.id); END;
