ALTER TABLE app."Events" ADD COLUMN note text, ADD COLUMN "Extra" pg_catalog.json;
