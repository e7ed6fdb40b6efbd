ALTER EXTENSION hstore DROP FUNCTION app.f(integer);
