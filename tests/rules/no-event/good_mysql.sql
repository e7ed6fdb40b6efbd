-- engine: mysql
CREATE PROCEDURE event_count() SELECT 1;
