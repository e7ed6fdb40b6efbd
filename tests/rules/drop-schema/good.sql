CREATE SCHEMA reporting;
ALTER TABLE reporting.totals ADD COLUMN note text;
