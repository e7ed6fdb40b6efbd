DROP FUNCTION area(int);
CREATE FUNCTION area(a int, b int) RETURNS int LANGUAGE sql AS $$ SELECT a * b $$;
