CREATE FUNCTION run(text) RETURNS int LANGUAGE plpython3u AS 'return 1';
