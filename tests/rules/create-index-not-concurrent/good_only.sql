CREATE INDEX i ON ONLY orders (day);
