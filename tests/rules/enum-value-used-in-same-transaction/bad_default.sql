ALTER TYPE app.status ADD VALUE IF NOT EXISTS 'it''s new' AFTER 'old';
ALTER TABLE app.orders ALTER COLUMN status SET DEFAULT 'it''s new';
