ALTER PROCEDURE app.close_day() SET SCHEMA jobs;
