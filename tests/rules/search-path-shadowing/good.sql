SET search_path = pg_catalog, app;
SET search_path = app, pg_temp;
SET search_path = '';
