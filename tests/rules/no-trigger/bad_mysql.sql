-- engine: mysql
CREATE TRIGGER orders_audit AFTER DELETE ON orders FOR EACH ROW INSERT INTO audit (id) VALUES (OLD.id);
