ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE orders ADD COLUMN tag text;
INSERT INTO settings (name) VALUES ('x');
SELECT 1;
