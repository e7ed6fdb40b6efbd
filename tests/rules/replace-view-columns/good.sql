CREATE OR REPLACE VIEW open_orders AS SELECT id, day FROM orders WHERE paid IS NULL;
DROP VIEW old_orders;
