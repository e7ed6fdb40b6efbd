CREATE TEMP TABLE old_orders AS SELECT id FROM app.orders WHERE day < '2020-01-01';
DELETE FROM app.orders USING old_orders WHERE orders.id = old_orders.id;
