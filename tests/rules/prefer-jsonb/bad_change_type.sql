ALTER TABLE events ALTER COLUMN body TYPE json USING body::json;
