SET search_path = app, pg_catalog;
