ALTER FUNCTION total(bigint) RENAME TO order_total;
CREATE FUNCTION total(id bigint) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT order_total(id)';
