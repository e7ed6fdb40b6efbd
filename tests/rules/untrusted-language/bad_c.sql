CREATE FUNCTION add_one(int) RETURNS int AS '/tmp/x', 'add_one' LANGUAGE C STRICT;
