-- engine: mysql
CREATE PROCEDURE close_day() SELECT 1;
