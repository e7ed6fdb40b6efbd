-- engine: mysql
DROP FUNCTION area;
CREATE FUNCTION area(a int, b int) RETURNS int DETERMINISTIC RETURN a * b;
