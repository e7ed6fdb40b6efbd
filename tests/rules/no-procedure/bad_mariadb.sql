-- engine: mariadb
CREATE PROCEDURE close_day() SELECT 1;
