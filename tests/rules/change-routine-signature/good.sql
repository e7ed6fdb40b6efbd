CREATE OR REPLACE FUNCTION area(a int, b int) RETURNS int LANGUAGE sql AS $$ SELECT a * b $$;
DROP FUNCTION volume(int);
