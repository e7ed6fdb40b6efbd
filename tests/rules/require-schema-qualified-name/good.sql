ALTER TABLE app.orders ADD COLUMN note text;
CREATE TEMP TABLE ids (id bigint);
CREATE SCHEMA app2;
