-- engine: sqlite
CREATE TRIGGER orders_log AFTER INSERT ON orders BEGIN
  INSERT INTO log (order_id) VALUES (new.id);
END;
