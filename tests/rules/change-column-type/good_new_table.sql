CREATE TABLE refunds (id integer PRIMARY KEY);
ALTER TABLE refunds ALTER COLUMN id TYPE bigint;
