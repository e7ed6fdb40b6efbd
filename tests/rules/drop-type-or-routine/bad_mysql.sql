-- engine: mysql
DROP PROCEDURE close_day;
